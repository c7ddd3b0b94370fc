import { expect } from "chai";

import { programError } from "../../sdk/program-error";

describe("an error that ends the program", () => {
    it("has its message and no stack, which Node.js 20 would format for some 20 s", () => {
        const error = programError("the key is in another region", "CMK3013");
        expect(error.message).to.equal("the key is in another region [CMK3013]");
        expect(error.stack).to.equal(undefined);
    });
});
