import type { Row } from "../row";
import { listFolder, TREE } from "../tree";

/** A small public repository. */
const REMOTE = "https://github.com/octocat/Hello-World.git";

/** Git folders, and the remotes that they are made from. */
export const gitFolderRows: readonly Row[] = [
    {
        service:
            'A private remote needs a Git credential of whoever makes the git folder: 403 "Missing Git provider credentials".',
        source: "Users",
        package: "Says which provider and whose credential (`repo`), if a refusal may be about that.",
        checks: "it would take a private repository",
    },
    {
        service:
            "A git folder is made with the default branch; another branch or a tag is checked out afterwards, a commit never.",
        source: "SDKs",
        package: "Compares the commit and every file; what is not the same is a finding (`repo`).",
        checks: "it would take a repository",
    },
    {
        service:
            "A git folder with Git CLI access is listed as DIRECTORY with `directory_info`, is not in the list of repos, and `get-status` gives its id and path alone.",
        source: "SDKs",
        package:
            "Finds git folders in the tree alone, and reads each by its id. Whether the new one has Git CLI access does not matter.",
        behavior: "`cloud.workspace(id).behavior.gitFolders`",
        checks: [
            {
                id: "git-folder",
                level: "workspace",
                states: "workspace.gitFolders",
                expected: "standard",
                see: async (scene) => {
                    const { ask, folder } = await scene.workspace();
                    await ask("POST", `${TREE}/mkdirs`, { path: `${folder}/git` });
                    const path = `${folder}/git/hello`;
                    const made = await ask("POST", "/api/2.0/repos", { url: REMOTE, provider: "gitHub", path });
                    made.done("a git folder");
                    const [listed] = (await listFolder(scene, "/git")).list;
                    return listed?.["object_type"] === "REPO" ? "standard" : "cli-outside-repos";
                },
            },
        ],
    },
];
