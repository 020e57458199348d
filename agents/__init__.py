"""The shell: Faust agents, transports, the poller and the command line. The only importer of Faust, aiokafka and aiohttp."""
