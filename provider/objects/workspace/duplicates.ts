import { type CreateRequest, newUnclaimed } from "../../resource/create";

/**
 * A POST that an earlier, killed run left on the wire, or whose response this run lost, may have created a second workspace
 * while this one was created. It is named at once; a later `pulumi up` with the classes names it too (`nameLeftovers`).
 *
 * @param since a list that was asked for after it shows everything that this create has made, in milliseconds since 1970.
 */
export async function warnAboutDuplicates(request: CreateRequest, since: number): Promise<void> {
    const { collection, owner, session } = request;
    if (owner === undefined) return;
    try {
        // A list may come late; nobody waits here unless a POST was repeated.
        const wait = since - session.clock.now();
        if (wait > 0) await session.clock.sleep(wait);
        const [before, now] = [await collection.firstList(), await collection.listSince(since)];
        for (const [id] of newUnclaimed(request, before, now, owner)) {
            session.report.warn(
                `The workspace ${id} appeared while "${owner.resource}" of this stack was created and carries its tag too, but belongs to no resource that this run knows: an interrupted \`pulumi up\` had asked for it, or a request whose response was lost. See in the account console whether anybody uses it before you delete it.`,
                "CMK1009",
            );
        }
    } catch {
        // The workspace exists: a look that fails takes nothing back.
    }
}
