/**
 * Node, plus a rule: a test file that leaves a socket, server or child process open fails. Otherwise jest would
 * hang on it, or another file would be blamed.
 */
import { TestEnvironment } from 'jest-environment-node';

const kept = /^(TCP|TLS|Pipe|UDP)|^ProcessWrap$|Worker/;
const open = () => {
  const counts = {};
  for (const kind of process.getActiveResourcesInfo()) if (kept.test(kind)) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
};

export default class LeakCheckingEnvironment extends TestEnvironment {
  async setup() {
    await super.setup();
    void process.stdin; // a handle of its own, made when first looked at: by whichever file imports node:process
    this.before = open();
  }

  /** A test that fails often doesn't get to close what it opened: its own message is the one to read. */
  handleTestEvent({ name }) {
    if (name === 'test_fn_failure' || name === 'hook_failure') this.failed = true;
  }

  async teardown() {
    const leaked = () => Object.entries(open()).filter(([kind, count]) => count > (this.before[kind] ?? 0));
    for (let waited = 0; waited < 1000 && leaked().length > 0; waited += 20)
      await new Promise((resolve) => setTimeout(resolve, 20));
    const left = leaked();
    await super.teardown();
    if (left.length > 0 && !this.failed)
      throw new Error(
        `The test file left open: ${left.map(([kind, count]) => `${count - (this.before[kind] ?? 0)} ${kind}`).join(', ')}.`,
      );
  }
}
