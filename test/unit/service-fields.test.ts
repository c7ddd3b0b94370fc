import { expect } from "chai";

import { fieldsLeftOut } from "../helpers/documented-fields";
import { shownFields } from "../helpers/shown-fields";

describe("the table of the fields of the SDKs' models", () => {
    it("has every kind of object of the local cloud, and names no field that it shows", async () => {
        const [shown, leftOut] = [await shownFields(), fieldsLeftOut()];
        expect([...leftOut.keys()]).to.have.members([...shown.keys()]);
        for (const [model, fields] of leftOut)
            expect(
                [...(shown.get(model) ?? [])].filter((field) => fields.includes(field)),
                model,
            ).to.deep.equal([]);
    });
});
