import { randomBytes } from "node:crypto";

/** A `multipart/form-data` body: text fields, then the bytes as the file `content`. It takes no base64, a third less to send. */
export function multipart(
    fields: Readonly<Record<string, string>>,
    content: Buffer,
): { body: Buffer; contentType: string } {
    // Random, so that no content holds it.
    const boundary = `----pulumi-databricks-cmk-${randomBytes(24).toString("hex")}`;
    const parts = Object.entries(fields).map(
        ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    );
    const file = `--${boundary}\r\nContent-Disposition: form-data; name="content"; filename="content"\r\nContent-Type: application/octet-stream\r\n\r\n`;
    return {
        body: Buffer.concat([Buffer.from(parts.join("") + file), content, Buffer.from(`\r\n--${boundary}--\r\n`)]),
        contentType: `multipart/form-data; boundary=${boundary}`,
    };
}
