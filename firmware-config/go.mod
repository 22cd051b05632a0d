module github.com/openstile/stile/firmware-config

go 1.26.0

require github.com/openstile/stile/shared v0.0.0

replace github.com/openstile/stile/shared => ../shared
