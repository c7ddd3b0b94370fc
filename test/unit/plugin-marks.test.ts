import { expect } from "chai";

import { unmarked, withSecretsOf } from "../../plugin/marks";
import { UNKNOWN } from "../../provider/util/property-path";

const MARK = "4dabf18193072939515e22adb298388d";
const secret = (value: unknown) => ({ [MARK]: "1b47061264138c4ac30d75fd1eb44270", value });
const resource = (id: string | undefined) => ({ [MARK]: "5cf8f73096256a8f31e491e813e4eb8e", urn: "urn:x", id });

describe("the marks of the engine's messages", () => {
    it("are taken off at any depth: a secret is what it holds, a resource its id, or its URN if it has none", () => {
        const marked = {
            plain: [1, secret({ inside: secret("x") })],
            ids: [resource("7"), resource(""), resource(undefined)],
        };
        expect(unmarked(marked)).to.deep.equal({ plain: [1, { inside: "x" }], ids: ["7", UNKNOWN, "urn:x"] });
    });

    it("are put on what has the name of a secret, as deep as both have the same names, and on a whole list", () => {
        const source = {
            tags: { a: secret("1"), b: "2" },
            ids: ["x", secret("y")],
            whole: secret({ c: "3" }),
            gone: secret("4"),
        };
        const plain = {
            tags: { a: "1", b: "2", d: "5" },
            ids: ["x", "y"],
            whole: { c: "3" },
            made: "6",
            left: undefined,
        };
        expect(withSecretsOf(plain, source)).to.deep.equal({
            tags: { a: secret("1"), b: "2", d: "5" },
            ids: secret(["x", "y"]),
            whole: secret({ c: "3" }),
            made: "6",
            left: undefined,
        });
        expect(unmarked(withSecretsOf(plain, source))).to.deep.equal(plain);
    });
});
