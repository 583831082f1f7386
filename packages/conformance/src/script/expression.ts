import { z } from 'zod';

/** A name, a literal, or an array or object of expressions. `self.a.0` and `v.key` are names too. */
export type Expression = string | null | readonly Expression[] | Literal | { readonly [key: string]: Expression };
export interface Literal {
  readonly lit: number | boolean;
}
const literal = z.strictObject({ lit: z.union([z.number(), z.boolean()]) });
export const expressionSchema: z.ZodType<Expression> = z.lazy(() =>
  z.union([z.string(), z.null(), z.array(expressionSchema), literal, z.record(z.string(), expressionSchema)]),
);
