"""The module of each public name. A test compares it with the imports in `impact_sdk/__init__.py`."""

PUBLIC = {
    "api": """
        Accounts Dreams Events Following ImpactAPI Sandbox SavehackLaunches Savehacks Transactions TransferConsents
        Users
    """,
    "attempts": "Attempt",
    "auth": "ClientCredentials",
    "tasks.blocking": "Blocking",
    "callbacks": """
        AccountProvisioningRequest AccountProvisioningRequested ConsentDeclined ExitReason ExitRequest ExitRequested
        IDTokenExpired ProvisioningDeclined Registration Telemetry TelemetryEvent TokenExpired TransferConsentRequest
        TransferConsentRequested
    """,
    "clock": "Clock SystemClock",
    "http.deprecations": "DeprecatedOperation",
    "errors": """
        AccountProvisioningDeclined AccountProvisioningFailed AccountProvisioningTimedOut AlreadyLaunching APIError
        BadRequest CallbackNotRegistered ConfigurationError Conflict FieldError Forbidden HandoverError ImpactError
        InvalidCredentials InvalidSignature LaunchError NotFound NotSent OutcomeUnknown RateLimited ReplayedWebhook
        ServerError SessionClosed StaleWebhook StillRunning TransferConsentDeclined TransferConsentFailed
        TransferConsentTimedOut TransportError Unauthorized UnexpectedResponse UnknownArgument UnreadableWebhook
        WebhookError
    """,
    "http.hooks": """
        AttemptEnded AttemptStarted CallEnded CallStarted HandoverEnded HandoverOutcome HandoverStarted Hook HookEvent
        WaitStarted
    """,
    "http.carriers.connection_options": "HTTPTransport",
    "http.identity": "AppInfo",
    "models": """
        UNSET Account AccountType AccountUpdate Autopilot CalendarChaos ConsentFrequency Copycat Daily Dream
        DreamInspiration DreamMilestone DreamReference DreamState Eurocup Event EventBatch EventData EventType Everest
        FeedEvent FeedEventType LaunchState Monthly Moonstruck OneTime PageView PauseReason Percentage Reference Rocket
        Roulette Roundup Savehack SavehackLaunch SavehackTerms SaveLeague SessionRenewal SessionSettings Thief
        Transaction TransactionState TransactionType TransactionUpdate TransferConsent TransferConsentTicket Unset User
        WebhookEndpoint WebhookEndpointState Weekly
    """,
    "http.options": "CallOptions ClientOptions PostOptions",
    "parsing.rate_limits": "RateLimit",
    "webhooks.replay_stores": "MemoryReplayStore ReplayStore",
    "http.replies": "Reply",
    "http.retry_budget": "RetryBudget",
    "sdk": "ImpactSDK",
    "secrets": "Secret",
    "session.session": "Session",
    "webhooks.receiver": "Receiving WebhookVerifier",
}

MODULE_OF = {name: module for module, names in PUBLIC.items() for name in names.split()}
