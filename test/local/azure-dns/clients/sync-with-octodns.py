# octoDNS's own command `octodns-sync`. Only one thing is not as it comes, because the provider has no setting for it: its
# credential takes the authority host that it was given, without asking the public cloud about it first.
import functools

import octodns_azure
from octodns.cmds.sync import main

octodns_azure.ClientSecretCredential = functools.partial(
    octodns_azure.ClientSecretCredential, disable_instance_discovery=True
)

main()
