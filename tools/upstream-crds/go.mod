// The modules that ship the CustomResourceDefinitions of a real cluster. Nothing is compiled: set-up downloads each of
// them by the version named here, held to go.sum, and takes the folder of its definitions.
module naas.dev/upstream-crds

go 1.26.0

require (
	github.com/cert-manager/cert-manager v1.21.2
	github.com/external-secrets/external-secrets v1.3.2
	github.com/open-policy-agent/gatekeeper/v3 v3.23.1
	github.com/prometheus-operator/prometheus-operator v0.85.0
	github.com/vmware-tanzu/velero v1.18.3
	istio.io/api v1.31.1
	sigs.k8s.io/gateway-api v1.6.3
)
