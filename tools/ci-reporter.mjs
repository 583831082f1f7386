/**
 * A vitest reporter that closes the run with `N passed, N failed[, N skipped]`, alone on the last line.
 *
 * A test file that fails outside its tests (it does not load, or a hook of it throws) and an error that no test caught
 * count as one failure each, so that the line never says `0 failed` of a run that failed.
 */
export default class ClosingLine {
  onTestRunEnd(modules, unhandledErrors) {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      for (const test of tests) counts[outcome(test)] += 1;
      const suites = [module, ...module.children.allSuites()];
      counts.failed += suites.filter((suite) => suite.errors().length > 0).length;
    }
    const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
    // The other reporters write to stdout too; this one comes last in the configuration.
    process.stdout.write(`${counts.passed} passed, ${counts.failed} failed${skipped}\n`);
  }
}

/** A test that never ran (an interrupted run leaves it pending) has not passed: it counts as failed. */
function outcome(test) {
  const { state } = test.result();
  return state === 'pending' ? 'failed' : state;
}
