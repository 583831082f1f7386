/** What the training tells while it runs. */
export type TrainEvent =
  /** The graph of many steps is ready to run. */
  | { readonly kind: 'compiled'; readonly seconds: number; readonly stepsPerRun: number }
  /** Steps up to `step` are done; the losses are means over those since the last event of this kind. */
  | { readonly kind: 'trained'; readonly step: number; readonly lossF: number; readonly lossG: number; readonly stepsPerSecond: number }
  /** The map after `step` steps takes the source's colours to `distance` (squared Wasserstein) from the target's. */
  | { readonly kind: 'measured'; readonly step: number; readonly distance: number; readonly best: boolean }
  /** The training is over, by itself or because it was stopped. */
  | { readonly kind: 'ended'; readonly step: number; readonly seconds: number; readonly stopped: boolean };

/** Takes the events in their order. */
export type TrainListener = (event: TrainEvent) => void;
