import { expect } from "chai";

import { CliProject } from "../cli/project";
import { LocalCloud } from "../../local-cloud";

const program = `
const databricks = require("pulumi-databricks-cmk");
const credentials = new databricks.Credentials("c", { roleArn: "arn:aws:iam::123456789012:role/r" });
const storage = new databricks.StorageConfiguration("s", { bucketName: "root-bucket" });
new databricks.Workspace("w", {
    workspaceName: "w",
    awsRegion: "us-east-1",
    credentialsId: credentials.credentialsId,
    storageConfigurationId: storage.storageConfigurationId,
});
`;

describe("a provider whose engine was killed, on the real engine", () => {
    it("ends by itself, once the create that was under way has ended", async () => {
        const cloud = await LocalCloud.start({ provisioningMilliseconds: 1_500 });
        const project = new CliProject("killed", program, cloud.environment());
        const providers = () => project.processes().filter(({ role }) => role === "provider");
        try {
            await project.run(["stack", "init", "dev"]);
            let found = 0;
            cloud.inject({
                when: ({ method, path }) => method === "POST" && path.endsWith("/workspaces"),
                times: 1,
                do: {
                    kind: "call",
                    when: "after",
                    run: async () => {
                        found = providers().length;
                        for (const { pid, role } of project.processes()) if (role === "engine") project.kill(pid);
                    },
                },
            });
            const { code } = await project.run(["up", "--yes", "--skip-preview", "--stack", "dev"]);
            expect(code).to.not.equal(0);
            if (process.platform === "linux") expect(found).to.equal(1);
            // As long as the promise of a minute: it looks every few seconds.
            for (let seconds = 0; seconds < 60 && providers().length > 0; seconds++)
                await new Promise((resolve) => setTimeout(resolve, 1_000));
            expect(providers()).to.deep.equal([]);
            const polls = cloud.requests.filter(
                ({ method, path }) => method === "GET" && path.includes("/workspaces/"),
            );
            expect(polls.length).to.be.at.least(1);
        } finally {
            project.remove();
            await cloud.stop();
        }
    });
});
