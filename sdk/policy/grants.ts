import type { PolicyResource } from "@pulumi/policy";

import { databricksAwsAccounts } from "./callers";
import { accountOf } from "./document/evaluate";
import type { Statement } from "./document/parse";
import { type KeyFacts, insidersOf, ownersOf } from "./excess-permissions";
import { NEEDED_BY_DATABRICKS } from "./kms-actions";
import { read, text } from "./property-access";
import { texts } from "./rule";
import { isAmong } from "./statements";

/** What a grant of the stack allows beyond the use cases of its key; `undefined`: nothing, or it is not known yet. */
export function excessOfGrant(
    { props }: PolicyResource,
    statements: readonly Statement[],
    facts: KeyFacts,
): string | undefined {
    const { arnPartition = "aws", useCases } = facts;
    const grantee = text(props, "granteePrincipal");
    const operations = read(props, "operations");
    const account = grantee === undefined ? undefined : accountOf(grantee);
    const { accounts } = insidersOf(ownersOf(statements, facts), facts);
    if (grantee === undefined || account === undefined || accounts === undefined || !operations.known) return undefined;
    const isDatabricks = databricksAwsAccounts(arnPartition).includes(account);
    if (accounts.has(account) && !isDatabricks) return undefined;
    const needed = isDatabricks
        ? ["kms:DescribeKey", ...useCases.flatMap((useCase) => NEEDED_BY_DATABRICKS[useCase] ?? [])]
        : [];
    const actions = texts(operations.value).map((operation) => `kms:${operation}`);
    const excess = actions.filter((action) => !isAmong(needed, action));
    const who = isDatabricks ? "Databricks" : `${grantee}, of another AWS account,`;
    return excess.length === 0 ? undefined : `${who} may ${excess.join(", ")}`;
}
