import { FlaxonError } from '@flaxon/tensor';

const qualified = (domain: string, operator: string): string => (domain === '' ? operator : `${domain}.${operator}`);

/** A graph has an operator that the evaluator has no rule for, and that is no function of the model. */
export class UnknownOperatorError extends FlaxonError {
  readonly operator: string;
  /** Empty for ONNX's own operators. */
  readonly domain: string;
  /** The name of the node. */
  readonly node: string;

  constructor(operator: string, domain: string, node: string) {
    super(`node \`${node}\`: the evaluator does not know the operator \`${qualified(domain, operator)}\`, and the model has no function of that name; run the model on ONNX Runtime, or add a row to src/evaluate/operators`);
    this.operator = operator;
    this.domain = domain;
    this.node = node;
  }
}

/** A node cannot be evaluated: an operand or attribute is missing, or has a form that its operator does not take. */
export class NodeEvaluationError extends FlaxonError {
  readonly operator: string;
  /** The name of the node. */
  readonly node: string;

  constructor(operator: string, node: string, description: string, cause?: unknown) {
    super(`node \`${node}\` (${operator}): ${description}`, cause === undefined ? undefined : { cause });
    this.operator = operator;
    this.node = node;
  }
}
