/** The order of test files. */
import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The files that take longest, by the seconds of processor time that they take: a fresh clone knows of no earlier run. They need not be exact;
 * a file that is not here takes a few seconds at most.
 */
const seconds: Readonly<Record<string, number>> = {
  'tools/test/consumers/consumers.test.ts': 60,
  'packages/checkpoint/test/kill.test.ts': 50,
  'packages/conformance/test-executors/functions.test.ts': 50,
  'packages/conformance/test-executors/modules.test.ts': 45,
  'packages/conformance/test-executors/scripts.test.ts': 35,
  'packages/runtime-onnx/test/random-programs.test.ts': 35,
  'packages/runtime-onnx/test/lower/window.test.ts': 20,
  'packages/runtime-onnx/test/read/hostile.test.ts': 15,
  'packages/runtime-onnx/test/sweep/sweep.test.ts': 10,
  'packages/checkpoint/test/fuzz.test.ts': 20,
  'packages/train/test/steps.test.ts': 20,
  'packages/train/test/resume.test.ts': 20,
  'tools/test/docs.test.ts': 20,
  'tools/test/type-check.test.ts': 12,
};

/**
 * Long files first, so that no worker is left with one when the others are done; within that, projects one after the other, because the files of a
 * project share a worker's modules.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const secondsOf = ({ moduleId }: TestSpecification): number => seconds[relative(this.ctx.config.root, moduleId)] ?? 0;
    const longest = new Map<string, number>();
    for (const file of sorted) longest.set(file.project.name, Math.max(longest.get(file.project.name) ?? 0, secondsOf(file)));
    const projects = [...longest.keys()].sort((a, b) => longest.get(b)! - longest.get(a)!);
    return sorted.toSorted((a, b) => projects.indexOf(a.project.name) - projects.indexOf(b.project.name) || secondsOf(b) - secondsOf(a));
  }
}
