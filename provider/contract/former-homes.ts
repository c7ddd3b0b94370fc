/** What `formerHomes` has to be. */
export const FORMER_HOMES_FORM =
    "must be the path of a folder, such as /Former homes, and not below /Users, /Repos, /Workspace or /Volumes";

/** Whether a folder can take the homes of those who have left the account. */
export function isFormerHomesFolder(path: string): boolean {
    return /^(?!\/(Users|Repos|Workspace|Volumes)(\/|$))(\/[^/]+)+$/.test(path);
}
