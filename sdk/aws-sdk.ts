/**
 * Makes a client of the AWS SDK without the SDK's warning about a Node.js version that it will no longer support: the version is
 * for this package to choose, and the warning of six lines would be the first thing that its users read.
 *
 * @param make makes the client; the SDK looks at the environment while it does.
 */
export function withoutNodeWarning<Client>(make: () => Client): Client {
    const before = process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"];
    process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";
    try {
        return make();
    } finally {
        if (before === undefined) delete process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"];
        else process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = before;
    }
}
