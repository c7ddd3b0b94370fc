import type { LocalCloud } from "../../local-cloud";

/** Sends requests to a local cloud's account, as any client would. */
export function poster(cloud: LocalCloud) {
    return async (path: string, body: object, idField: string): Promise<string> => {
        const response = await fetch(`${cloud.host}/api/2.0/accounts/${cloud.accountId}${path}`, {
            method: "POST",
            headers: { authorization: `Bearer ${cloud.token}`, "content-type": "application/json" },
            body: JSON.stringify(body),
        });
        const text = await response.text();
        if (!response.ok) throw new Error(`${path}: ${text}`);
        // A workspace's id is a number that can have more digits than JavaScript keeps.
        return new RegExp(`"${idField}":\\s*"?([^",}]+)`).exec(text)?.[1] ?? "";
    };
}
