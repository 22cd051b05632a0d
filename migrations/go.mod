module github.com/openstile/stile/migrations

go 1.26.0
