"""The shell: Faust agents, transports, the poller and the commands. Alone imports Faust, aiokafka and aiohttp."""
