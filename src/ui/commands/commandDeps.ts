import type { DeniedMemory } from '../../core/deniedMemory';
import type { EvidenceDesk } from '../../core/evidenceDesk';
import type { LockBoard } from '../../core/lockBoard';
import type { EnvironmentValues } from '../../core/lockedEnvironment';
import type { LockGateway } from '../../core/lockGateway';
import type { LockLister } from '../../core/lockListing';
import type { LockListings } from '../../core/lockListingBoard';
import type { LockPoller } from '../../core/lockPoller';
import type { LockService } from '../../core/lockService';
import type { LockWaits } from '../../core/lockWaits';
import type { OwnLockStore } from '../../core/ownLocks';
import type { Clock } from '../../core/ports';
import type { StateExplorer } from '../../core/stateExplorer';
import type { WatchedWorkspaces } from '../../core/watchedWorkspaces';
import type { HoldHistoryStore } from '../../storage/holdHistoryStore';
import type { ActivityView } from '../activity/activityView';
import type { AuditFile } from '../../storage/auditFile';
import type { BackupFiles } from '../../storage/backupFiles';
import type { EvidenceViews } from '../evidenceViews';
import type { ModuleTracker } from '../moduleTracker';
import type { LogChannel } from '../logChannel';
import type { LockedTerminals } from '../terminals/lockedTerminals';
import type { Settings } from '../settings';

/** What commands work with. */
export interface CommandDeps {
  readonly board: LockBoard;
  readonly poller: LockPoller;
  readonly service: LockService;
  readonly gateway: LockGateway;
  readonly lister: LockLister;
  readonly listings: LockListings;
  readonly ownLocks: Pick<OwnLockStore, 'has' | 'find' | 'remember'>;
  readonly waits: LockWaits;
  readonly tracker: ModuleTracker;
  readonly evidence: EvidenceViews;
  readonly desk: EvidenceDesk;
  readonly backups: BackupFiles;
  readonly explorer: StateExplorer;
  readonly watched: WatchedWorkspaces;
  readonly settings: Settings;
  readonly audit: AuditFile;
  readonly history: Pick<HoldHistoryStore, 'clear'>;
  readonly activity: ActivityView;
  readonly denied: DeniedMemory;
  readonly log: LogChannel;
  readonly clock: Clock;
  readonly terminals: LockedTerminals;
  /** Of this editor. */
  readonly environment: EnvironmentValues;
  /** Where Terraform keeps what it knows of the module in this folder. */
  dataDirectory(modulePath: string): string;
  /** `user@host` of this editor. */
  readonly who: string;
}
