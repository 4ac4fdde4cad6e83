/**
 * Imported ahead of a child's own program (`node --import`): closes the child when whoever started it is gone, SIGKILL
 * included. Standard input is a pipe that only the parent holds open; its end is the news.
 */
const closeMs = 6_000;

process.stdin.once('end', () => {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.exit(1), closeMs).unref();
});
process.stdin.once('error', () => {});
process.stdin.resume();
(process.stdin as unknown as { unref?(): void }).unref?.();
