/** Every id that package.json declares, once. `manifest.test.ts` compares the two. */
export const commands = {
  refresh: 'stateLock.refresh',
  acquire: 'stateLock.acquire',
  openLockedTerminal: 'stateLock.openLockedTerminal',
  waitAndAcquire: 'stateLock.waitAndAcquire',
  notifyWhenReleased: 'stateLock.notifyWhenReleased',
  setTimeLimit: 'stateLock.setTimeLimit',
  release: 'stateLock.release',
  forceUnlock: 'stateLock.forceUnlock',
  cleanUp: 'stateLock.cleanUp',
  gatherEvidence: 'stateLock.gatherEvidence',
  restoreLock: 'stateLock.restoreLock',
  showActions: 'stateLock.showActions',
  copyLockId: 'stateLock.copyLockId',
  copyLockInfo: 'stateLock.copyLockInfo',
  revealBackendBlock: 'stateLock.revealBackendBlock',
  listLocks: 'stateLock.listLocks',
  refreshList: 'stateLock.refreshList',
  filterList: 'stateLock.filterList',
  copyListMarkdown: 'stateLock.copyListMarkdown',
  copyListJson: 'stateLock.copyListJson',
  closeList: 'stateLock.closeList',
  listWorkspaces: 'stateLock.listWorkspaces',
  stopWatching: 'stateLock.stopWatching',
  checkState: 'stateLock.checkState',
  showActivity: 'stateLock.showActivity',
  clearHistory: 'stateLock.clearHistory',
  openAuditFile: 'stateLock.openAuditFile',
  showLog: 'stateLock.showLog',
  createLockTable: 'stateLock.createLockTable',
  showIamPolicy: 'stateLock.showIamPolicy',
} as const;

export const views = { locks: 'stateLock.locks' } as const;

export const languageModelTools = { status: 'stateLock_status' } as const;

export const contextKeys = {
  /** `EmptyReason` of the tree. */
  empty: 'stateLock.empty',
} as const;

export const settingKeys = {
  pollingInterval: 'polling.interval',
  pollingUnfocusedInterval: 'polling.unfocusedInterval',
  requestTimeout: 'requestTimeout',
  staleAfter: 'staleAfter',
  credentialProcess: 'aws.credentialProcess',
  profile: 'aws.profile',
  acquireTimeout: 'acquire.defaultTimeout',
  requireBackup: 'forceUnlock.requireBackup',
  holders: 'holders',
  codeLens: 'codeLens.enabled',
  fileDecorations: 'fileDecorations.enabled',
  history: 'history.enabled',
} as const;

export const settingsSection = 'stateLock';

/** Files that may hold a backend block, whatever language id another extension gives them. */
export const terraformFiles = '**/*.{tf,tofu,tf.json,tofu.json}';

/** Files that make their directory a Terragrunt unit. */
export const unitFiles = '**/terragrunt.hcl';
