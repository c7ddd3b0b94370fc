import { type ApiRequest, bodyOf, invalid } from "../http";

/** The fields of a request, and the bytes that it brings. */
export interface Upload {
    readonly fields: Readonly<Record<string, unknown>>;
    readonly content: Buffer;
}

/** Reads an upload: JSON with base64, or `multipart/form-data` with the bytes themselves. Throws `ApiError`. */
export async function readUpload(request: ApiRequest): Promise<Upload> {
    const type = String(request.headers["content-type"] ?? "");
    if (type.startsWith("multipart/form-data")) return readForm(request.bytes, type);
    const fields = bodyOf(request);
    const content = fields["content"] ?? "";
    if (typeof content !== "string" || !/^[A-Za-z0-9+/_-]*={0,2}$/.test(content.replace(/\s+/g, "")))
        throw invalid("content must be base64");
    return { fields, content: Buffer.from(content, "base64") };
}

async function readForm(body: Buffer, type: string): Promise<Upload> {
    const form = await parse(body, type);
    const fields: Record<string, unknown> = {};
    let content = Buffer.alloc(0);
    for (const [name, value] of form.entries()) {
        if (name === "content")
            content = typeof value === "string" ? Buffer.from(value) : Buffer.from(await value.arrayBuffer());
        else fields[name] = typeof value === "string" ? value : "";
    }
    return { fields: { ...fields, overwrite: fields["overwrite"] === "true" }, content };
}

async function parse(body: Buffer, type: string): Promise<FormData> {
    try {
        return await new Response(new Uint8Array(body), { headers: { "content-type": type } }).formData();
    } catch {
        throw invalid("The body is not valid multipart/form-data.");
    }
}
