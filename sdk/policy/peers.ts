import { requirePeers } from "../peers";

requirePeers({ part: "pulumi-databricks-cmk/policy", peers: ["@pulumi/policy"] });
