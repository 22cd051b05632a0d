package store

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var updateGolden = flag.Bool("update", false, "write the golden files anew")

// The golden file is the schema that all migrations together make. A change to
// it needs a new migration.
func TestSchemaGolden(t *testing.T) {
	const golden = "testdata/schema.sql"
	db, _ := open(t)
	var b strings.Builder
	rows, err := db.writer.Query(`SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY tbl_name, type DESC, name`)
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var statement string
		must(t, rows.Scan(&statement))
		b.WriteString(statement + ";\n\n")
	}
	must(t, rows.Err())
	if *updateGolden {
		must(t, os.WriteFile(golden, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	must(t, err)
	if b.String() != string(want) {
		t.Errorf("the schema is not %s; run with -update and read the difference:\n%s", golden, b.String())
	}
}
