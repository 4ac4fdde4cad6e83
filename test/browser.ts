/**
 * A real browser out of npm packages, for a machine that has none and none of its libraries: what Chromium needs
 * beside the C library comes in the same package, which unpacks it where it believes to be on its cloud.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium as playwright } from 'playwright-core';

export async function startBrowser(): Promise<{ browser: Browser; close(): Promise<void> }> {
  const home = mkdtempSync(join(tmpdir(), 'browser-'));
  const before = { ...process.env };
  Object.assign(process.env, { TMPDIR: home, AWS_LAMBDA_JS_RUNTIME: 'nodejs22.x' });
  const { default: chromium } = await import('@sparticuz/chromium');
  const executablePath = await chromium.executablePath();
  // Its own arguments are for cloud functions: one process, no web security. --no-sandbox lets root run it.
  const browser = await playwright.launch({ executablePath, args: ['--no-sandbox'] });
  process.env = before;
  return {
    browser,
    async close() {
      await browser.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
