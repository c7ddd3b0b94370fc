import type * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";

import { refuseDeletedWith, refuseOptions } from "../../sdk/resources/refused-options";

describe("options of resources that do not do what they say", () => {
    // Only whether there is one is asked.
    const other = {} as pulumi.Resource;

    it("deletedWith is refused, which would leave the object in no state", () => {
        expect(() => refuseOptions("Workspace", "w", { deletedWith: other })).to.throw(
            /Workspace "w": with the option deletedWith, .* in no state.*CMK1023/,
        );
        expect(() => refuseDeletedWith("EncryptedWorkspace", "w", { deletedWith: other })).to.throw("CMK1023");
    });

    it("import is refused, and the error has the id", () => {
        expect(() => refuseOptions("Workspace", "w", { import: "123" })).to.throw('pass adopt: "123"');
    });

    it("others are not", () => {
        refuseOptions("Workspace", "w", {
            protect: true,
            retainOnDelete: true,
            replaceWith: [other],
            dependsOn: [other],
        });
        refuseOptions("Workspace", "w", undefined);
        refuseDeletedWith("EncryptionKey", "k", undefined);
    });
});
