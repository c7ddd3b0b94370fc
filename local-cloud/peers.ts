import { requirePeers } from "../sdk/peers";

requirePeers({
    part: "pulumi-databricks-cmk/testing",
    peers: ["fastify", "@aws-sdk/client-kms", "@grpc/grpc-js", "google-protobuf"],
    dev: true,
});
