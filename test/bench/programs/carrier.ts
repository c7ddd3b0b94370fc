// The arm `carrier`: an empty provider whose workspaces have the outputs in OUTPUTS, and whose code in the state is as short as
// this package's. It is what the engine costs with such resources.
import * as pulumi from "@pulumi/pulumi";

import { registered, workspaces } from "./stack";

const code =
    "exports.handler=_=>({create:async i=>({id:i.workspaceName,outs:Object.assign({},i,JSON.parse(process.env.OUTPUTS))})})";

class Carrier extends pulumi.CustomResource {
    constructor(name: string, inputs: pulumi.Inputs) {
        super("pulumi-nodejs:dynamic:Resource", name, { ...inputs, __provider: code });
    }
}

workspaces(Carrier, registered());
