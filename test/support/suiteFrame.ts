/** Printed before and after a suite inside VS Code, to tell its output from VS Code's own. */
export const suiteFrame = '--- host tests ---';
