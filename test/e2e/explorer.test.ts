/** The explorer in a real browser: it shows, asks nobody but the hub, and runs what is typed with the token that is given. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startBrowser } from '../browser.js';
import { type Hub, startHub } from '../hub.js';

let hub: Hub;
let started: Awaited<ReturnType<typeof startBrowser>>;
beforeAll(async () => {
  hub = await startHub({ samples: [{ name: 'who', query: '{ viewer { kind roles { role } } }' }] });
  started = await startBrowser();
});
afterAll(async () => {
  await started.close();
  await hub.close();
});

/** The explorer's page, and everything that went wrong or elsewhere on it. */
async function open() {
  const page = await started.browser.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith('http') && origin !== new URL(hub.url).origin) faults.push(`asked ${request.url()}`);
  });
  await page.goto(hub.url);
  return { page, faults };
}

test('a sample runs as anybody, and with a token as who it is; nothing comes from elsewhere', async () => {
  const { page, faults } = await open();
  const run = page.getByRole('button', { name: /execute query/i });
  const answer = page.locator('.graphiql-response');
  await run.click();
  await answer.getByText('ANONYMOUS').waitFor();
  await page.getByLabel('Access token').fill(await hub.token('focal-point:KEN'));
  await run.click();
  await answer.getByText('FOCAL_POINT').waitFor();
  expect(faults).toEqual([]);
  await page.close();
});

test('a subscription streams over the WebSocket, as who the token says', async () => {
  const { page, faults } = await open();
  await page.getByLabel('Access token').fill(await hub.token('officer:igad'));
  await page.locator('.graphiql-query-editor .monaco-editor').first().click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText('subscription { practiceEvents { type } }');
  await page.getByRole('button', { name: /execute query/i }).click();
  await page.locator('.graphiql-response').getByText('CAUGHT_UP').waitFor();
  expect(faults).toEqual([]);
  await page.close();
});
