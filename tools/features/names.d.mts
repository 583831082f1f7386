export const renamed: Readonly<Record<string, string>>;
export const leftOut: readonly (readonly [reason: string, names: readonly string[]])[];
export const dtypeNames: readonly string[];
