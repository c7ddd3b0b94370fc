/** A workspace of the local cloud, and what a test fills it with. */
export { type EndpointRates, reportedRates, type WorkspaceBehavior, workspaceBehaviorValues } from "./behavior";
export type { DashboardSchedule } from "./dashboards";
export type { GitCredentialFields } from "./git-credentials";
export type { GitFolderEntry } from "./git-folders";
export type { CommitFiles, GitRemotes, RemoteSeed } from "./git-remotes";
export type { OtherObjects } from "./other-objects";
export type { BeyondTree, DashboardSeed, ScheduleSeed } from "./beyond-tree";
export type { ScheduleOverlap, Schedules } from "./schedules";
export type { SecretPermission, SecretScopeSeed } from "./secrets";
export { manyNotebooks, type Seed, seeds } from "./seeds";
export type { SqlFields } from "./sql-objects";
export type { Language, ObjectType } from "./tree";
export { LocalWorkspace, type SnapshotEntry, type TreeEntry } from "./workspace";
export { WorkspaceStore, type WorkspaceStoreOptions } from "./workspace-store";
