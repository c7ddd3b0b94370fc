import type { ObjectType } from "../../provider/contract/kinds";
import type { Kinds } from "../../provider/registry";
import type * as sdk from "../../sdk";
import type { ArgsDifferences, Check, OutputDifferences, WithoutField, WithoutOutput } from "./checks";

type Definitions = { [Type in ObjectType]: Kinds[Type]["definition"] };
type Class<Type extends ObjectType> = InstanceType<(typeof sdk)[Type]>;
type Args<Type extends ObjectType> = Omit<ConstructorParameters<(typeof sdk)[Type]>[1], "keyRemoval">;

/** The outputs that only a kind's lifecycle and `derive` compute, or that a class reads when a program asks. */
interface Computed extends Record<ObjectType, string> {
    Workspace: "deploymentNamePrefix" | "metastoreId" | "migration" | "workspaceUrl";
    CustomerManagedKey: never;
    Credentials: never;
    StorageConfiguration: never;
    Network: never;
    VpcEndpoint: never;
    PrivateAccessSettings: never;
}

/** What a class and the definition of its kind say differently, for every kind; none is `never`. */
type Differences = {
    [Type in ObjectType]:
        | ArgsDifferences<Args<Type>, Definitions[Type]>
        | OutputDifferences<Class<Type>, Definitions[Type], Computed[Type]>;
}[ObjectType];

/** Every class and the definition of its kind agree, and what is missing on one side does not compile. */
export type ClassChecks = [
    Check<Differences>,
    // @ts-expect-error -- the class lacks an argument
    Check<ArgsDifferences<Omit<Args<"Workspace">, "pricingTier">, Definitions["Workspace"]>>,
    // @ts-expect-error -- the class lacks an output
    Check<OutputDifferences<Omit<Class<"Network">, "vpcStatus">, Definitions["Network"]>>,
    // @ts-expect-error -- the definition lacks a field
    Check<ArgsDifferences<Args<"Credentials">, WithoutField<Definitions["Credentials"], "roleArn">>>,
    // @ts-expect-error -- the definition lacks an output
    Check<OutputDifferences<Class<"VpcEndpoint">, WithoutOutput<Definitions["VpcEndpoint"], "useCase">>>,
    // @ts-expect-error -- the class takes another type
    Check<ArgsDifferences<{ useCases: string }, Definitions["CustomerManagedKey"]>>,
];
