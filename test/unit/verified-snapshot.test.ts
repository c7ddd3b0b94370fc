import { expect } from "chai";
import fc from "fast-check";

import type { WorkspaceObject } from "../../provider/migration/content";
import { VerifiedSnapshot, TreeDigest } from "../../provider/migration/verified-snapshot";

const DAY = 86_400_000;
const AT = 1_700_000_000_000;

describe("what an earlier migration is done with", () => {
    const notebook = (path: string, more: Partial<WorkspaceObject> = {}): WorkspaceObject => ({
        path,
        type: "NOTEBOOK",
        typeName: "NOTEBOOK",
        id: `id of ${path}`,
        modifiedAt: AT - DAY,
        ...more,
    });
    const digestOf = (objects: readonly WorkspaceObject[]) => {
        const digest = TreeDigest.empty();
        for (const object of objects) digest.add(object);
        return digest;
    };
    const tree = Array.from({ length: 500 }, (_, index) => notebook(`/Shared/n${index}`));
    const verified = { at: AT, digest: digestOf(tree).toString() };

    it("is all of a tree that is listed as it was, in whatever order", () => {
        fc.assert(
            fc.property(fc.shuffledSubarray(tree, { minLength: tree.length }), (listed) => {
                const snapshot = new VerifiedSnapshot(verified);
                expect(snapshot.update(digestOf(listed))).to.equal(false);
                expect(listed.every((one) => snapshot.isSettled(one))).to.equal(true);
            }),
            { numRuns: 20 },
        );
    });

    it("is never what was made, moved, changed or given another id, and hardly more", () => {
        const kinds: ((one: WorkspaceObject) => WorkspaceObject[])[] = [
            () => [],
            (one) => [{ ...one, id: "another" }],
            (one) => [{ ...one, modifiedAt: AT - DAY / 2 }],
            (one) => [one, notebook(`${one.path}-beside`)],
            (one) => [{ ...one, path: `${one.path}-moved` }],
            (one) => [{ ...one, type: "FILE", typeName: "FILE" }],
        ];
        fc.assert(
            fc.property(fc.constantFrom(...tree), fc.constantFrom(...kinds), (one, change) => {
                const listed = tree.flatMap((other) => (other === one ? change(other) : [other]));
                const snapshot = new VerifiedSnapshot(verified);
                expect(snapshot.update(digestOf(listed))).to.equal(true);
                const known = new Set(tree);
                for (const other of listed) if (!known.has(other)) expect(snapshot.isSettled(other)).to.equal(false);
                expect(listed.filter((other) => snapshot.isSettled(other)).length).to.be.greaterThan(480);
                expect(snapshot.update(digestOf(listed))).to.equal(false);
            }),
            { numRuns: 50 },
        );
    });

    it("is nothing where no digest is known, and what shows no time or a late one never", () => {
        for (const digest of [undefined, "", "no digest", `${verified.digest}AAAA`]) {
            const snapshot = new VerifiedSnapshot({ at: AT, digest });
            expect(snapshot.update(digestOf(tree))).to.equal(false);
            expect(tree.some((one) => snapshot.isSettled(one))).to.equal(false);
        }
        const snapshot = new VerifiedSnapshot(verified);
        expect(snapshot.isSettled(notebook("/a", { modifiedAt: undefined }))).to.equal(false);
        expect(snapshot.isSettled(notebook("/a", { modifiedAt: AT - 60_000 }))).to.equal(false);
        expect(new VerifiedSnapshot(undefined).isSettled(notebook("/a"))).to.equal(false);
    });
});
