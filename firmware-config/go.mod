module github.com/openstile/stile/firmware-config

go 1.26.0

require github.com/openstile/stile/shared v0.0.0

require go.yaml.in/yaml/v3 v3.0.6 // indirect

replace github.com/openstile/stile/shared => ../shared
