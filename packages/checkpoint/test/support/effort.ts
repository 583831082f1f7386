/** How much a test does: `npm run test:long` sets FLAXON_LONG. */
export const isLong = process.env['FLAXON_LONG'] === '1';

export const effort = ({ short, long }: { readonly short: number; readonly long: number }): number => (isLong ? long : short);
