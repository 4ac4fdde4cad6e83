/** A command that ends with what is wrong, a line each, and exit code 1; or with nothing and 0. */
export async function program(work: () => Promise<string[]>): Promise<void> {
  const wrong = await work().catch((error: unknown) => [error instanceof Error ? error.message : String(error)]);
  for (const line of wrong) console.error(line);
  if (wrong.length > 0) process.exitCode = 1;
}
