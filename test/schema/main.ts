import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { makeSchema, root } from "./schema";

/** `npm run schema`: writes the plugin's schema. */
writeFileSync(join(root, "plugin", "schema.json"), makeSchema());
