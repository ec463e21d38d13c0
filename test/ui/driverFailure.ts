import type { Workbench } from './driver';

/** For `afterEach`: leaves a picture of the window in `out/screenshots` where a test failed. */
export async function screenshotIfFailed(
  context: Mocha.Context,
  workbench: Workbench | undefined,
): Promise<void> {
  const test = context.currentTest;
  if (test?.state !== 'failed' || workbench === undefined) return;
  const name = test.fullTitle().replace(/\W+/g, '-').slice(0, 80);
  console.log(`      Screenshot: ${await workbench.screenshot(`failed-${name}`)}`);
}
