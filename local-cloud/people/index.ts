/** The people of the local cloud's account, and who of them belongs to which workspace. */
export { type Access, effectiveAccess } from "./effective-access";
export { manyPeople, People, type PeopleSeed } from "./people";
export type { Principal, PrincipalKind } from "./principal";
export type { Principals, WorkspacePermission } from "./principals";
