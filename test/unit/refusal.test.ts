import { expect } from "chai";

import { listOf, type ObjectCodec } from "../../provider/api/codec";
import { ApiError } from "../../provider/api/errors";
import { errorOf, toError } from "../../provider/api/refusal";

const refused = (status: number, text: string) => toError("POST /credentials", { status, headers: {}, text });

describe("a refusal", () => {
    const forms: Record<string, [number, string, string, RegExp]> = {
        JSON: [
            400,
            '{"error_code": "INVALID_PARAMETER_VALUE", "message": "No such role"}',
            "INVALID_PARAMETER_VALUE",
            /No such role/,
        ],
        "plain text with a code": [
            400,
            "MALFORMED_REQUEST: Failed credential validation checks: please use a valid role",
            "MALFORMED_REQUEST",
            /refused: Failed credential validation checks: please use a valid role/,
        ],
        "plain text": [400, "The role cannot\n  be assumed", "", /The role cannot be assumed \(HTTP 400\)/],
        "a JSON text": [400, '"BAD_REQUEST: no role"', "BAD_REQUEST", /no role/],
        HTML: [
            403,
            "<html><head><title>\nAccess denied by\nAcme proxy</title></head><body>…</body></html>",
            "",
            /Access denied by Acme proxy/,
        ],
        "HTML without a title": [502, "<html><body><h1>Bad Gateway</h1></body></html>", "", /Bad Gateway/],
        "the token endpoint's": [
            401,
            '{"error": "invalid_client", "error_description": "Client authentication failed"}',
            "invalid_client",
            /Client authentication failed/,
        ],
        "JSON with a reason among its details": [
            400,
            '{"error_code": "BAD_REQUEST", "message": "Too much", "details": [{"@type": "x/ErrorInfo", "reason": "MAX_READ_SIZE_EXCEEDED"}]}',
            "BAD_REQUEST",
            /Too much \(MAX_READ_SIZE_EXCEEDED\)/,
        ],
        nothing: [400, "", "", /the response gives no reason/],
        "JSON of nulls": [400, '{"error_code": null, "message": null}', "", /the response gives no reason/],
    };
    for (const [what, [status, text, code, shown]] of Object.entries(forms)) {
        it(`as ${what} shows what the service said, and its code`, () => {
            const error = refused(status, text);
            expect(error).to.be.instanceOf(ApiError);
            expect((error as ApiError).errorCode).to.equal(code);
            expect(error.message).to.match(shown);
        });
    }

    it("is one with the status 200 too, and means what its code means, but never that something is missing", () => {
        const kindOf = (code: string) => {
            const text = JSON.stringify({ error_code: code, message: "in the service's words" });
            const error = errorOf("GET /x", { status: 200, headers: {}, text }, (shown) => shown);
            expect(error?.message).to.contain(`in the service's words (${code}, HTTP 200)`);
            return (error as ApiError).kind;
        };
        expect(kindOf("INTERNAL_ERROR")).to.equal("unavailable");
        expect(kindOf("REQUEST_LIMIT_EXCEEDED")).to.equal("throttled");
        expect(kindOf("PERMISSION_DENIED")).to.equal("denied");
        expect(kindOf("RESOURCE_ALREADY_EXISTS")).to.equal("conflict");
        expect(kindOf("RESOURCE_DOES_NOT_EXIST")).to.equal("invalid");
    });

    it("is no body that only mentions an error code", () => {
        for (const text of ["{}", "", '{"objects": [{"error_code": "X"}]}', '{"error_code": 3}', '"error_code"']) {
            expect(
                errorOf("GET /x", { status: 200, headers: {}, text }, (shown) => shown),
                text,
            ).to.equal(undefined);
        }
    });

    it("shows at most 500 characters of the service's words", () => {
        expect((refused(400, `X_Y: ${"long ".repeat(1000)}`) as ApiError).detail).to.have.lengthOf(500);
    });

    it("as plain text with the API's code for a missing object means that it is missing", () => {
        expect((refused(404, "RESOURCE_DOES_NOT_EXIST: no such thing") as ApiError).kind).to.equal("missing");
    });

    it("of a gateway that does not know the path is no word about the object, but is shown", () => {
        const error = refused(404, "<title>Not here</title>");
        expect(error).to.not.be.instanceOf(ApiError);
        expect(error.message).to.contain('"Not here"');
    });

    for (const words of [
        "Failed credential validation checks: please use a valid cross account IAM role with permissions setup correctly",
        "Failed credentials validation checks: Spot Cancellation, Create Placement Group, Delete Tags",
        "Failed storage configuration validation checks: List, Put, PutWithBucketOwnerFullControl, Delete",
        "MALFORMED_REQUEST: failed credential validation check",
    ]) {
        it(`that a role or bucket is not seen yet is told by its sense: ${words.slice(0, 48)}`, () => {
            for (const code of ["INVALID_PARAMETER_VALUE", "MALFORMED_REQUEST", "SOMETHING_NEW"]) {
                const json = JSON.stringify({ error_code: code, message: words });
                expect((refused(400, json) as ApiError).kind).to.equal("validation");
            }
            expect((refused(400, words) as ApiError).kind).to.equal("validation");
        });
    }
});

describe("a list", () => {
    const workspaces: ObjectCodec = { noun: "workspace", path: "/workspaces", idField: "workspaceId" };
    const endpoints: ObjectCodec = { noun: "VPC endpoint", path: "/vpc-endpoints", idField: "vpcEndpointId" };

    it("may stand inside an object, under the collection's name", () => {
        expect([...listOf(endpoints, { vpc_endpoints: [{ vpc_endpoint_id: "v" }], other: 1 }).keys()]).to.deep.equal([
            "v",
        ]);
        expect(listOf(workspaces, { workspaces: null }).size).to.equal(0);
    });

    it("without its odd records is a list of all others", () => {
        const listed = listOf(workspaces, [{ workspace_status: "RUNNING" }, null, { workspace_id: 7, news: {} }, 3]);
        expect([...listed.keys()]).to.deep.equal(["7"]);
    });

    it("of odd records alone is an error that names them", () => {
        expect(() => listOf(workspaces, [{ workspace_status: "RUNNING" }])).to.throw(
            /record of a workspace holds no workspace_id.*other objects are not affected/,
        );
    });

    it("is not taken from an empty response, another object, or one page of several", () => {
        for (const response of [undefined, "", {}, { a: 1 }, { workspaces: [], next_page_token: "more" }]) {
            expect(() => listOf(workspaces, response), JSON.stringify(response)).to.throw(/is not a list/);
        }
    });
});
