import { DatabricksGuard } from "pulumi-databricks-cmk/policy";

new DatabricksGuard();
