type Packages = Readonly<Record<string, object>>;
export interface FeatureRow {
  readonly mark: '✅' | '❌' | '—';
  readonly here: string;
  readonly note: string;
}
export function rowOf(module: string, name: string, packages: Packages): FeatureRow;
export function featuresPage(jax: { readonly source: string; readonly modules: Readonly<Record<string, readonly string[]>> }, packages: Packages): string;
