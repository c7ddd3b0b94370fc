import { ApiError, type ApiRequest, type ApiResponse, bodyOf } from "../http";
import { KeyInaccessibleError, type NotebookStore } from "./notebooks";

/** A workspace's own API, as far as notebooks go. */
export class WorkspaceApi {
    constructor(private readonly notebooks: NotebookStore) {}

    /** Answers a request to the named workspace. Throws `ApiError`. */
    async answer(workspaceId: string, request: ApiRequest): Promise<ApiResponse> {
        try {
            return { status: 200, body: await this.run(workspaceId, request) };
        } catch (error) {
            if (error instanceof KeyInaccessibleError)
                throw new ApiError(403, "CUSTOMER_MANAGED_KEY_INACCESSIBLE", error.message);
            throw error;
        }
    }

    private async run(workspaceId: string, request: ApiRequest): Promise<unknown> {
        const path = request.query["path"] ?? "";
        switch (`${request.method} ${request.path}`) {
            case "POST /api/2.0/workspace/import": {
                const { path: target, format, language, content, overwrite } = bodyOf(request);
                if (typeof target !== "string" || !target.startsWith("/"))
                    throw new ApiError(400, "INVALID_PARAMETER_VALUE", "path must begin with /");
                if (format !== "SOURCE" || typeof language !== "string")
                    throw new ApiError(400, "INVALID_PARAMETER_VALUE", "format must be SOURCE, with a language");
                if (overwrite !== true && this.find(workspaceId, target) !== undefined)
                    throw new ApiError(400, "RESOURCE_ALREADY_EXISTS", `Path (${target}) already exists.`);
                await this.notebooks.write(workspaceId, target, language, Buffer.from(String(content ?? ""), "base64"));
                return {};
            }
            case "GET /api/2.0/workspace/export": {
                const source = await this.notebooks.read(workspaceId, path);
                if (source === undefined) throw missing(path);
                return { content: source.toString("base64") };
            }
            case "GET /api/2.0/workspace/list":
                return {
                    objects: this.notebooks
                        .list(workspaceId)
                        .filter((one) => one.path.startsWith(path))
                        .map(described),
                };
            case "GET /api/2.0/workspace/get-status": {
                const found = this.find(workspaceId, path);
                if (found === undefined) throw missing(path);
                return described(found);
            }
            case "POST /api/2.0/workspace/delete": {
                const target = String(bodyOf(request)["path"]);
                if (!this.notebooks.delete(workspaceId, target)) throw missing(target);
                return {};
            }
            case "POST /api/2.0/workspace/mkdirs":
                return {};
            case "GET /api/2.0/preview/scim/v2/Me":
                return {
                    schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
                    userName: "local-cloud",
                    active: true,
                };
            default:
                throw new ApiError(404, "ENDPOINT_NOT_FOUND", `No API found for '${request.method} ${request.path}'`);
        }
    }

    private find(workspaceId: string, path: string): { path: string; language: string } | undefined {
        return this.notebooks.list(workspaceId).find((one) => one.path === path);
    }
}

function described({ path, language }: { path: string; language: string }) {
    return { path, language, object_type: "NOTEBOOK" };
}

function missing(path: string): ApiError {
    return new ApiError(404, "RESOURCE_DOES_NOT_EXIST", `Path (${path}) doesn't exist.`);
}
