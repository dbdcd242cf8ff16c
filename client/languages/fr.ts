/** French. */

import type { Catalogue } from "./catalogue.ts";

/** What is said in French. */
export const fr: Catalogue = {
  name: "Français",
  frame: {
    description:
      "Parle à une personne inconnue par texte ou vidéo. Sans compte, sans cookies, chiffré de bout en bout.",
    noScript:
      "Le chat fonctionne dans ton navigateur et a donc besoin de JavaScript. Autorise-le pour cette page\u202f: tout ce qu’elle exécute s’y trouve, et rien ne vient d’ailleurs.",
    englishOnly: "Cette page n’existe qu’en anglais.",
  },
  words: {
    Direction: "ltr",

    Heading: "Parle à une personne inconnue.\nSans laisser de trace.",
    Lead:
      "Tu rencontres une personne au hasard. Sans compte, sans cookies, et personne d’autre ne peut lire ce que vous écrivez.",
    Interests: "Centres d’intérêt",
    InterestsHint: "Facultatif. Pendant cinq secondes, on cherche quelqu’un qui en partage un.",
    InterestsChosen: "Choisis",
    RemoveInterest: "Retirer {interest}",
    InterestsFull: "Il y en a dix, c’est le maximum",
    InterestsExample: "musique, rando, cinéma",
    Adult: "J’ai 18 ans ou plus",
    AdultFirst: "Confirme d’abord ceci\u202f: ce site est réservé aux adultes.",
    StartText: "Lancer un chat écrit",
    StartVideo: "Lancer un chat vidéo",
    Online: {
      one: "{count} personne est là en ce moment",
      other: "{count} personnes sont là en ce moment",
    },
    Insecure:
      "Cette page a été ouverte sans chiffrement\u202f: le chat ne serait pas privé et ne peut pas commencer.",
    OpenSecure: "Ouvrir la page sécurisée",
    Language: "Langue",
    LanguageFailed: "Impossible de charger cette langue pour le moment. Nouvel essai…",
    Links: {
      label: "À propos de ce site",
      privacy: "Confidentialité",
      statistics: "Statistiques",
      transparency: "Transparence",
      contact: "Contact",
    },

    Unreachable: "Le serveur est injoignable pour le moment. Nouvel essai…",
    Hindered: {
      full: "Toutes les places sont prises pour le moment. Nouvel essai…",
      crowded: "Trop de personnes de ton réseau sont là en ce moment. Nouvel essai…",
      reported: "Ton accès est bloqué jusqu’à {time}.",
      flooding: "Ton accès est bloqué jusqu’à {time}.",
      denied: "La personne responsable de ce site a refusé ton adresse.",
    },
    Blocked: {
      reported:
        "Plusieurs personnes ont signalé ce qui venait de ton adresse. Le blocage prend fin tout seul, et rien n’en est conservé.",
      flooding:
        "Ton adresse s’est connectée bien trop souvent. Le blocage prend fin tout seul, et rien n’en est conservé.",
      denied: "Elle reste exclue jusqu’à ce qu’on l’admette à nouveau.",
    },
    BlockedWait: "Tu peux laisser cette page ouverte\u202f: elle reprend dès que possible.",
    BlockedHelp: "Ce que tu peux faire",

    Looking: "On cherche quelqu’un…",
    Cancel: "Annuler",
    Checking:
      "Énormément de monde arrive en ce moment\u202f: ton appareil fait d’abord une courte vérification.",
    VeryFast: "C’était très rapide. Ça reprend tout seul dans un instant.",
    Quiet:
      "C’est calme en ce moment. Reste ici ou dans un autre onglet\u202f: tu entendras un son quand quelqu’un arrivera.",
    Usually: "En général, c’est l’affaire d’un instant.",
    WhoLikes: "Quelqu’un qui aime {interests}, si cette personne est là.",
    Anyone: "Personne n’a tes centres d’intérêt ici, alors tout le monde est le bienvenu.",

    Chat: "Chat",
    Conversation: "Conversation",
    Messages: "Messages",
    YouSay: "Toi\u202f:",
    StrangerSays: "L’autre\u202f:",
    Notices: {
      "began": "Tu discutes maintenant avec une personne inconnue.",
      "you-left": "Tu as quitté le chat.",
      "stranger-left": "L’autre personne a quitté le chat.",
      "connection-lost": "Ta connexion a été perdue, et le chat avec elle.",
      "blocked": "Ton accès a été bloqué après plusieurs signalements.",
      "restart": "Le serveur redémarre dans un instant, et ce chat se termine avec lui.",
      "not-secured": "Ce chat n’a pas pu être chiffré, il a donc pris fin.",
      "tampered": "Quelque chose a été modifié ou perdu en route et n’est pas affiché.",
      "report-taken": "Ton signalement a été reçu. Merci.",
      "stranger-declined": "L’autre personne préfère continuer par écrit.",
      "direct-refused":
        "Pas d’appel\u202f: ici, il montrerait ton adresse IP, ce que tu as refusé.",
      "call-over": "L’appel est terminé.",
    },
    BothLike: "Vous avez en commun\u202f: {interests}.",
    MetBefore: "Vous venez de vous croiser\u202f; il n’y a personne d’autre en ce moment.",
    Dropped: "Ta connexion a été coupée. Reconnexion…",
    StrangerDropped: "La connexion de l’autre personne a été coupée. Elle reviendra peut-être.",
    StrangerBack: "L’autre personne est de retour.",
    StrangerTypes: "L’autre personne écrit…",
    Held: "Tes messages ne sont pas encore arrivés. Tu pourras en envoyer d’autres ensuite.",
    Delivered: "Distribué",
    NotDelivered: "Pas encore distribué",
    SaveChat: "Enregistrer",
    VideoCall: "Vidéo",
    SoundOn: "Son activé",
    SoundOff: "Son coupé",
    Message: "Message",
    WriteMessage: "Écris un message",
    Left: {
      one: "Reste {count}",
      other: "Reste {count}",
    },
    Send: "Envoyer",
    Stop: { talking: "Quitter", asking: "Vraiment\u202f?", over: "Nouveau chat" },
    ChangeInterests: "Modifier mes intérêts",

    Agreeing: "Échange des clés…",
    Encrypted: "Chiffré de bout en bout",
    Compare:
      "Si l’autre personne voit les quatre mêmes images, dans le même ordre, personne n’est entre vous, pas même ce serveur. Comparez-les de vive voix, ou avec un indice dans vos propres mots qu’une machine ne pourrait pas changer.",
    Unprotected: "Ce dont cela ne protège pas",
    Comma: ", ",
    Pictures:
      "poulpe, cactus, ballon, vélo, citron, clé, ancre, chapeau, tortue, champignon, lune, cloche, carotte, guitare, renard, chaussettes, abeille, pizza, cerf-volant, aimant, éléphant, arc-en-ciel, bateau, tambour, pingouin, cerises, bougie, puzzle, girafe, maïs, fusée, dé, baleine, beignet, statue, boussole, hibou, pastèque, ciseaux, trompette, escargot, volcan, tracteur, chaise, chameau, bretzel, réveil, cible, papillon, feuille, château, fromage, grenouille, avocat, train, plante, crabe, pain, tente, violon, coccinelle, œuf, île, échelle",

    Report: "Signaler",
    Reported: "Signalé",
    WhatIsWrong: "Qu’est-ce qui ne va pas\u202f?",
    OnlyReason: "Seul le motif est envoyé, jamais la conversation.",
    Reasons: {
      underage: "Semble avoir moins de 18 ans",
      sexual: "Contenu sexuel non désiré",
      harassment: "Harcèlement ou menaces",
      spam: "Spam ou publicité",
      other: "Autre chose",
    },
    NeverMind: "Laisser tomber",

    HowYouLook: "Voilà comment on te voit",
    HowLoud: "Ton volume",
    TryAgain: "Réessayer",
    Camera: "Caméra",
    Microphone: "Micro",
    Choices: {
      cameraOff: "Commencer sans caméra",
      muted: "Commencer sans micro",
      blur: "Flouter les autres jusqu’à ce que je choisisse de regarder",
      keepCamera: "Garder ma caméra allumée entre les chats",
      direct: "Me demander avant un appel qui montre mon adresse IP\u202f; sinon, pas d’appel",
    },
    MoreChoices: "Plus d’options",
    Back: "Retour",
    Devices: {
      camera: {
        opening: "Ton navigateur demande si cette page peut utiliser ta caméra.",
        off: "Ta caméra est éteinte.",
        denied:
          "Cette page ne peut pas utiliser ta caméra. Tu peux l’autoriser dans les réglages de ton navigateur pour cette page, ou continuer sans.",
        missing: "Aucune caméra trouvée. Tu peux en brancher une, ou continuer sans.",
        busy: "Un autre programme utilise ta caméra. Ferme-le et réessaie, ou continue sans.",
        unsupported:
          "Ce navigateur ne permet pas à cette page d’utiliser la caméra. Tu peux continuer sans.",
      },
      microphone: {
        opening: "Ton navigateur demande si cette page peut utiliser ton micro.",
        off: "Ton micro est coupé.",
        denied:
          "Cette page ne peut pas utiliser ton micro. Tu peux l’autoriser dans les réglages de ton navigateur pour cette page, ou continuer sans.",
        missing: "Aucun micro trouvé. Tu peux en brancher un, ou continuer sans.",
        busy: "Un autre programme utilise ton micro. Ferme-le et réessaie, ou continue sans.",
        unsupported:
          "Ce navigateur ne permet pas à cette page d’utiliser le micro. Tu peux continuer sans.",
      },
    },

    Call: "Appel",
    OneMoment: "Un instant…",
    StrangerWants: "L’autre personne aimerait un appel vidéo",
    ShowAddresses: "Vous montrer mutuellement vos adresses IP\u202f?",
    Directly:
      "Il n’y a pas de relais ici\u202f: l’appel va directement de ton appareil à celui de l’autre personne. Un appel direct lui montre ton adresse IP et te montre la sienne. Il ne commence que si toi et l’autre personne l’acceptez.",
    ByRelay:
      "Il passe par un relais\u202f: aucune de vos adresses IP n’est montrée. Ta caméra et ton micro démarrent comme tu l’as choisi.",
    CallDirectly: "Appeler directement",
    JoinCall: "Rejoindre l’appel",
    StayWithText: "Rester à l’écrit",
    WaitingForStranger: "En attente de l’autre personne…",
    NoCall: "Pas d’appel cette fois",
    Failures: {
      "no-route":
        "Ton appareil et celui de l’autre personne n’ont pas trouvé de chemin entre eux. Certains réseaux n’en permettent aucun.",
      "no-relay": "Le relais des appels n’a pas pu être joint, ou pas des deux côtés.",
      "too-fast": "Cela fait beaucoup d’appels en peu de temps. Attends un instant.",
    },
    GoOnByText: "Continuer par écrit",
    StrangersPicture: "Image de l’autre personne",
    YourPicture: "Ton image",
    ShowPicture: "Afficher l’image",
    Connecting: "Connexion…",
    Broke: "La connexion est rompue. Recherche d’un autre chemin…",
    StrangerNoCamera: "La caméra de l’autre personne est éteinte.",
    StrangerNothing: "La caméra et le micro de l’autre personne sont éteints.",
    StrangerMuted: "Le micro de l’autre personne est coupé.",
    Quality: {
      1: "Connexion\u202f: mauvaise",
      2: "Connexion\u202f: moyenne",
      3: "Connexion\u202f: bonne",
    },
    YourDevices: "Tes appareils",
    CameraOn: "Caméra activée",
    CameraOff: "Caméra coupée",
    MicOn: "Micro activé",
    MicOff: "Micro coupé",
    More: "Plus",
    Volume: "Volume",
    SwapPictures: "Échanger les images",
    PopOut: "Image dans l’image",
    FullScreen: "Plein écran",
    EndCall: "Raccrocher",
  },
};
