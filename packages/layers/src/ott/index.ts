/** Networks of OTT under OTT's names: `ott.MLP` shares its name with others. */
export { cyclicalTimeEncoder, encodeTime } from './encode-time.js';
export { ICNN } from './icnn.js';
export { MLP } from './mlp.js';
export { PosDefPotentials } from './pos-def-potentials.js';
export { PositiveDense } from './positive-dense.js';
export { PotentialMLP } from './potential-mlp.js';
export { VelocityField } from './velocity-field.js';
