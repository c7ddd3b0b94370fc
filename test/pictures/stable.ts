/**
 * A cell of Pulumi's table: what happens to a resource, for how long, the dots that move meanwhile, and the spaces that keep
 * the column.
 */
const STATUS = /(creating|created) \([\d.]+s\)(?:\x1b\[[\d;]*m|\.)* */g;
const STATUS_WIDTH = 20;

function stableStatus(_: string, status: string): string {
    const text = status === "creating" ? "creating (13s)..." : "created (0.05s)";
    return `${text}\x1b[0m${" ".repeat(STATUS_WIDTH - text.length)}`;
}

/**
 * A function that replaces what differs between two runs of the same program: uuids, other ids, ports, times. Equal values
 * are replaced by equal ones, in each text that it is given.
 */
export function stableText(): (text: string) => string {
    const known = new Map<string, string>();
    const nth = (value: string, format: (count: number) => string) => {
        const replacement = known.get(value) ?? format(known.size + 1);
        known.set(value, replacement);
        return replacement;
    };
    return (text) =>
        text
            .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, (uuid) =>
                nth(uuid, (count) => `${String(count).padStart(8, "0")}-1111-4222-8333-444455556666`),
            )
            .replace(/\bdbc-[0-9a-f]{8}-[0-9a-f]{4}\b/g, "dbc-0a1b2c3d-4e5f")
            .replace(/\b\d{15,19}\b/g, (id) => nth(id, (count) => String(1_234_567_890_123_400 + count)))
            .replace(/(localhost|127\.0\.0\.1):\d+/g, "$1:8443")
            .replace(/-[0-9a-f]{7,10}(?=\b)/g, "-0a1b2c3")
            .replace(/(\d+(?:\.\d+)?) ?ms\b/g, "5 ms")
            .replace(/PROVISIONING for \d+/g, "PROVISIONING for 13")
            .replace(STATUS, stableStatus)
            .replace(/(Duration: )\S+/g, "$14s");
}
